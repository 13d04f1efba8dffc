# CPack's view of the packages.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ${package})
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "coldca developers <coldca@example.org>")
# Else it would be the first line of every description.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  ${CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS})
# Pages are compressed and every file gets the time of the version.
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/stage.cmake)
set(CPACK_COLDCA_TIME ${COLDCA_BUILT})

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_COMPONENTS_ALL program)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME ${package})
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION utils)
if(COLDCA_TOKEN)
  set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
"offline certificate authority whose key stays in its token
coldca signs certificate requests of CockroachDB clusters, or of anything else
that takes X.509 certificates in the same layout, on a machine without a
network. The private key is generated inside a PKCS#11 token and never leaves
it; every request is held against a policy and shown before it is signed.")
  # The other package has the same program, with fewer commands.
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONFLICTS coldca-host)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_REPLACES coldca-host)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_PROVIDES coldca-host)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS passwd)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS
    "pcscd, opensc, softhsm2, libengine-pkcs11-openssl")
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONTROL_EXTRA
    ${CMAKE_CURRENT_SOURCE_DIR}/postinst ${CMAKE_CURRENT_SOURCE_DIR}/postrm)
else()
  set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
"certificate requests and installation for hosts of a coldca CA
On the host: makes a key and a certificate request, installs the certificates
that come back as one set, and lists and checks what is there. This is coldca
without PKCS#11; the package coldca has the same commands and those that sign.")
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONFLICTS coldca)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_REPLACES coldca)
endif()

if(COLDCA_LIBRARY)
  list(APPEND CPACK_COMPONENTS_ALL library development)
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libcoldca0)
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
  set(CPACK_COMPONENT_LIBRARY_DESCRIPTION
"reading and judging of certificate requests, shared library
PKCS#10 requests are held to DER in full, their proof of possession and their
keys are verified, and each fault has a rule with a name.")
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA
    ${CMAKE_CURRENT_SOURCE_DIR}/triggers)
  set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libcoldca-dev)
  set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
  set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "libcoldca0 (= ${PROJECT_VERSION}-1), libssl-dev")
  set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
"reading and judging of certificate requests, development files
Headers, pkg-config file and link of libcoldca.")
endif()
include(CPack)
