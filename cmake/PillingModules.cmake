# What every C++ target of the project is compiled with.
add_library(pilling_flags INTERFACE)
target_compile_features(pilling_flags INTERFACE cxx_std_20)
# Distances are promised bit for bit: a fused multiply-add would change them.
target_compile_options(pilling_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
  -ffp-contract=off $<$<BOOL:${PILLING_WARNINGS_AS_ERRORS}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # GCC 12 sees these two in the standard library where there is nothing (bugs 105329 and 105562).
  target_compile_options(pilling_flags INTERFACE -Wno-restrict)
  if(PILLING_SANITIZE)
    target_compile_options(pilling_flags INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()
if(PILLING_UNITY_BUILD)
  # Names of one source are nothing to another; the other builds see to it.
  target_compile_options(pilling_flags INTERFACE -Wno-shadow
    $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
if(PILLING_SANITIZE)
  target_compile_options(pilling_flags INTERFACE -fsanitize=${PILLING_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(pilling_flags INTERFACE -fsanitize=${PILLING_SANITIZE})
endif()
if(NOT BUILD_SHARED_LIBS)
  target_compile_definitions(pilling_flags INTERFACE PILLING_STATIC_DEFINE)
endif()
target_include_directories(pilling_flags INTERFACE
  ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/generated ${PROJECT_SOURCE_DIR}/src)

# pilling_embed(header FILE file AS variable): a text of the source tree as a header of the build tree, by
# cmake/<variable>.hpp.in.
function(pilling_embed header)
  cmake_parse_arguments(embed "" "FILE;AS" "" ${ARGN})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${embed_FILE})
  file(READ ${embed_FILE} ${embed_AS})
  configure_file(cmake/${embed_AS}.hpp.in generated/${header} @ONLY)
endfunction()

set(PILLING_MODULES "")
set(PILLING_LIBRARIES "")

# pilling_module(name USES module... SOURCES stem... APART stem... SEES library...)
#
# An object library of src/<name>/<stem>.cpp. Tests link it as `pilling_<name>`, which brings the modules it uses. Those
# APART are sources, too, and stay apart where PILLING_UNITY_BUILD has several compiled as one.
macro(pilling_module name)
  cmake_parse_arguments(module "" "" "USES;SOURCES;APART;SEES" ${ARGN})
  set(module_files ${module_SOURCES} ${module_APART})
  list(TRANSFORM module_files PREPEND src/${name}/)
  list(TRANSFORM module_files APPEND .cpp)
  foreach(stem IN LISTS module_APART)
    set_source_files_properties(src/${name}/${stem}.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endforeach()
  add_library(pilling_${name}_objects OBJECT ${module_files})
  set_target_properties(pilling_${name}_objects PROPERTIES
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON
    UNITY_BUILD ${PILLING_UNITY_BUILD} UNITY_BUILD_BATCH_SIZE 8)
  target_link_libraries(pilling_${name}_objects PRIVATE pilling_flags ${module_SEES})

  add_library(pilling_${name} INTERFACE)
  target_sources(pilling_${name} INTERFACE $<TARGET_OBJECTS:pilling_${name}_objects>)
  target_link_libraries(pilling_${name} INTERFACE pilling_flags ${module_SEES})
  foreach(used IN LISTS module_USES)
    target_link_libraries(pilling_${name} INTERFACE pilling_${used})
  endforeach()
  list(APPEND PILLING_MODULES ${name})
  list(APPEND PILLING_LIBRARIES ${module_SEES})
endmacro()

# The installable library of all modules, with its CMake package and pkg-config file.
function(pilling_library target)
  set(objects "")
  foreach(module IN LISTS PILLING_MODULES)
    list(APPEND objects $<TARGET_OBJECTS:pilling_${module}_objects>)
  endforeach()
  add_library(${target} ${objects})
  add_library(pilling::${target} ALIAS ${target})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  # Headers alone leave nothing to link: those who use the installed library need not have Boost.
  set(linked ${PILLING_LIBRARIES})
  list(REMOVE_ITEM linked Boost::headers)
  target_link_libraries(${target} PRIVATE ${linked} $<BUILD_INTERFACE:pilling_flags>)
  if(BUILD_SHARED_LIBS AND CMAKE_EXECUTABLE_FORMAT STREQUAL ELF)
    # Hidden visibility does not hide instances of the standard library's templates; the version script does.
    target_link_options(${target} PRIVATE LINKER:--version-script=${PROJECT_SOURCE_DIR}/cmake/exports.map)
    set_target_properties(${target} PROPERTIES LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/exports.map)
  endif()

  # Every public header includes this one before anything that an older standard does not know.
  string(JOIN "\n" language_check ""
    "#if defined(__cplusplus) && !defined(_MSVC_LANG) && __cplusplus < 202002L"
    "#error \"Pilling needs C++20: compile with -std=c++20\""
    "#endif" "")
  generate_export_header(${target} BASE_NAME PILLING EXPORT_MACRO_NAME PILLING_API
    EXPORT_FILE_NAME ${PROJECT_BINARY_DIR}/generated/pilling/export.hpp
    CUSTOM_CONTENT_FROM_VARIABLE language_check)
  if(NOT BUILD_SHARED_LIBS)
    target_compile_definitions(${target} PUBLIC PILLING_STATIC_DEFINE)
  endif()
  configure_file(cmake/version.hpp.in generated/pilling/version.hpp @ONLY)

  include(PillingInstall)
endfunction()
