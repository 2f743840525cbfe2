import Testing

/// Everything that is tested of Connectors; the suites stand in files of their own.
@Suite struct ConnectorsTests {}
