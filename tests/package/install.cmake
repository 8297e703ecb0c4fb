# Installs what a packager would, into an empty folder: cmake -DBUILD=folder -DSTAGE=folder -P install.cmake
file(REMOVE_RECURSE ${STAGE})
foreach(component runtime development)
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${STAGE} --component ${component}
    COMMAND_ERROR_IS_FATAL ANY)
endforeach()
foreach(text holidays_kr model_prices)
  if(NOT EXISTS ${STAGE}/share/pilling/${text}.txt)
    message(FATAL_ERROR "the installation lacks ${text}.txt")
  endif()
endforeach()
