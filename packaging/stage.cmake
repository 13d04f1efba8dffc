# Run by CPack over the files that are to be packaged. In a fixed way, so that two
# builds give the same bytes.
file(GLOB_RECURSE pages LIST_DIRECTORIES OFF
  ${CPACK_TEMPORARY_DIRECTORY}/*.[15] ${CPACK_TEMPORARY_DIRECTORY}/changelog*)
list(FILTER pages INCLUDE REGEX "/share/(man|doc)/")
foreach(page ${pages})
  if(IS_SYMLINK ${page})
    file(READ_SYMLINK ${page} target)
    file(REMOVE ${page})
    file(CREATE_LINK ${target}.gz ${page}.gz SYMBOLIC)
  else()
    execute_process(COMMAND gzip -9n ${page} COMMAND_ERROR_IS_FATAL ANY)
  endif()
endforeach()
execute_process(
  COMMAND find ${CPACK_TEMPORARY_DIRECTORY} -exec
    touch -h -d @${CPACK_COLDCA_TIME} {} +
  COMMAND_ERROR_IS_FATAL ANY)
