namespace GpuOps.Configuration;

/// <summary>What reading a value needs to know beside its text.</summary>
/// <param name="Environment">The world around.</param>
/// <param name="Folder">The folder that a relative path is relative to: the file's, or the current one.</param>
public sealed record SettingContext(ConfigurationEnvironment Environment, string Folder);
