import Testing

/// Everything that is tested of Formats; the suites stand in files of their own.
@Suite struct FormatsTests {}
