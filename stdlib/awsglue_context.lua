return {GlueContext = GlueContext}
