"""What every layer may use: clock, errors, paths, resources, logs, keychain, child processes."""
