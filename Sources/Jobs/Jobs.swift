// The module's types live in its folders.
