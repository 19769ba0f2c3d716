namespace GpuOps.Configuration;

/// <summary>Something that must hold between settings.</summary>
/// <param name="Keys">The settings it is about.</param>
/// <param name="Text">What must hold, and why.</param>
/// <param name="Holds">Whether it holds.</param>
public sealed record SettingRule(IReadOnlyList<string> Keys, string Text, Func<GpuOpsSettings, bool> Holds);
