# Installs the target named by `target`: headers, library, CMake package, pkg-config file.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Pilling)
install(TARGETS ${target} EXPORT PillingTargets
  ARCHIVE COMPONENT development
  LIBRARY COMPONENT runtime NAMELINK_COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/pilling ${PROJECT_BINARY_DIR}/generated/pilling
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development FILES_MATCHING PATTERN *.hpp)
# Built in as well; these copies are for those who want to replace them.
install(FILES ${PROJECT_SOURCE_DIR}/data/holidays_kr.txt ${PROJECT_SOURCE_DIR}/data/model_prices.txt
  ${PROJECT_SOURCE_DIR}/data/symptom_concepts.txt
  DESTINATION ${CMAKE_INSTALL_DATADIR}/pilling COMPONENT runtime)
install(EXPORT PillingTargets NAMESPACE pilling:: DESTINATION ${package_dir} COMPONENT development)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/PillingConfig.cmake.in
  ${PROJECT_BINARY_DIR}/PillingConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/PillingConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/PillingConfig.cmake ${PROJECT_BINARY_DIR}/PillingConfigVersion.cmake
  ${PROJECT_SOURCE_DIR}/cmake/FindLibCsv.cmake DESTINATION ${package_dir} COMPONENT development)

# The pkg-config file finds its folder by itself, so that the whole installation can be moved.
set(pc_prefix ${CMAKE_INSTALL_PREFIX})
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  file(RELATIVE_PATH upward /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  set(pc_prefix "\${pcfiledir}/${upward}")
  string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
endif()
set(pc_includedir "\${prefix}")
set(pc_libdir "\${prefix}")
cmake_path(APPEND pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
cmake_path(APPEND pc_libdir "${CMAKE_INSTALL_LIBDIR}")

# A static library cannot name what it needs, so everyone who links it must. These are public requirements there,
# not Requires.private: `pkg-config --static` would also ask for the libraries below libcurl, which distributions
# do not install with it.
set(pc_requires "expat libcurl libutf8proc libxxhash simdjson sqlite3 zlib")
set(pc_libs "-lcsv -pthread")
if(BUILD_SHARED_LIBS)
  set(pc_dependencies "Libs: -L\${libdir} -lpilling\nLibs.private: ${pc_libs}\nRequires.private: ${pc_requires}")
  set(pc_cflags "-I\${includedir}")
else()
  set(pc_dependencies "Libs: -L\${libdir} -lpilling ${pc_libs}\nRequires: ${pc_requires}")
  set(pc_cflags "-I\${includedir} -DPILLING_STATIC_DEFINE")
endif()
configure_file(${PROJECT_SOURCE_DIR}/cmake/pilling.pc.in ${PROJECT_BINARY_DIR}/pilling.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/pilling.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
