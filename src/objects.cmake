# coldca_base and coldca_core do not know whether there is a token: a build without
# one takes their objects from COLDCA_OBJECTS, the directory of a build of the same
# sources with the same flags, in place of compiling them again.
set(same CMAKE_C_COMPILER CMAKE_BUILD_TYPE CMAKE_C_FLAGS CMAKE_C_FLAGS_RELEASE
  CMAKE_HOME_DIRECTORY CMAKE_POSITION_INDEPENDENT_CODE COLDCA_SANITIZE)
load_cache(${COLDCA_OBJECTS} READ_WITH_PREFIX there_ ${same})
foreach(name ${same})
  if(NOT "${${name}}" STREQUAL "${there_${name}}")
    message(FATAL_ERROR "${COLDCA_OBJECTS}: its ${name} is `${there_${name}}`, and "
      "that of this build `${${name}}`")
  endif()
endforeach()

foreach(library coldca_base coldca_core)
  get_target_property(objects ${library} SOURCES)
  list(TRANSFORM objects REPLACE "^${CMAKE_CURRENT_BINARY_DIR}/" "")
  list(FILTER objects INCLUDE REGEX "\\.c$")
  list(TRANSFORM objects
    REPLACE "(.+)" "${COLDCA_OBJECTS}/src/CMakeFiles/${library}.dir/\\1.o")
  set_target_properties(${library} PROPERTIES SOURCES "${objects}"
    LINKER_LANGUAGE C)
endforeach()
