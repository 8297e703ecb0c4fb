# The target `reference`: pages of the C++ interface by Doxygen and, with the Python module, of the package by Sphinx.
# Nothing else needs these two, so a build without them is told only when it is asked for the pages.
set(reference ${PROJECT_BINARY_DIR}/reference)
find_package(Python 3.11 QUIET COMPONENTS Interpreter)
find_program(PILLING_DOXYGEN doxygen DOC "Makes the reference of the C++ interface")
mark_as_advanced(PILLING_DOXYGEN)

add_custom_target(reference)

# pilling_pages(name COMMAND command... NEEDS package COMMENT text): pages in reference/<name>, or an error that names the
# package.
function(pilling_pages name)
  cmake_parse_arguments(pages "" "NEEDS;COMMENT" "COMMAND" ${ARGN})
  if(pages_NEEDS)
    set(pages_COMMENT "The reference needs ${pages_NEEDS}: bash cmake/install-packages.sh reference, then configure again")
    set(pages_COMMAND ${CMAKE_COMMAND} -E false)
  endif()
  add_custom_target(reference_${name} COMMAND ${pages_COMMAND}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} COMMENT ${pages_COMMENT} VERBATIM)
  add_dependencies(reference reference_${name})
endfunction()

set(missing "")
if(NOT PILLING_DOXYGEN OR NOT Python_FOUND)
  set(missing "doxygen and python3")
endif()
pilling_pages(cpp NEEDS "${missing}" COMMENT "Writing ${reference}/cpp/index.html"
  COMMAND ${Python_EXECUTABLE} docs/reference/cpp/build.py ${PILLING_DOXYGEN} ${PROJECT_VERSION} ${reference})

if(PILLING_WITH_PYTHON)
  execute_process(COMMAND ${Python_EXECUTABLE} -c "import sphinx" RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
  set(missing "")
  if(failed)
    set(missing "sphinx for ${Python_EXECUTABLE}, package python3-sphinx")
  endif()
  pilling_pages(python NEEDS "${missing}" COMMENT "Writing ${reference}/python/index.html"
    COMMAND ${CMAKE_COMMAND} -E env PYTHONPATH=${PROJECT_BINARY_DIR}/python PYTHONDONTWRITEBYTECODE=1
      ${Python_EXECUTABLE} -m sphinx -q -E -W --keep-going -b html -d ${reference}/.doctrees
        docs/reference/python ${reference}/python)
  add_dependencies(reference_python _core)
endif()
