import Testing

/// Everything that is tested of Catalog; the suites stand in files of their own.
@Suite struct CatalogTests {}
