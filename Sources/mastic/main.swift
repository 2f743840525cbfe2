print("mastic")
