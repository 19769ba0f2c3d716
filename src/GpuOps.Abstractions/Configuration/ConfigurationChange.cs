namespace GpuOps.Configuration;

/// <summary>What writing to a file did.</summary>
/// <param name="Path">The file.</param>
/// <param name="Key">The setting or backend, as the path in the YAML file.</param>
/// <param name="Changed">False when the file said so already; it was then not touched.</param>
/// <param name="Effective">
/// The setting as it now holds, which differs from what was written when a stronger layer sets it too; null for
/// backends, and when some other file is broken.
/// </param>
public sealed record ConfigurationChange(string Path, string Key, bool Changed, ConfigurationValue? Effective);
