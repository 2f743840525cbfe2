return {DynamicFrame = DynamicFrame, DynamicFrameCollection = DynamicFrameCollection}
