return {getResolvedOptions = getResolvedOptions}
