import Testing

/// Everything that is tested of Mastic; the suites stand in files of their own.
@Suite struct MasticTests {}
