namespace GpuOps.Configuration;

/// <summary>One setting as it holds now, and where that comes from.</summary>
/// <param name="Key">The setting's name, as the path in the YAML file: <c>heartbeat.interval</c>.</param>
/// <param name="Value">The value: a <see cref="TimeSpan"/>, bytes as a <see cref="long"/>, a text, or null when unset.</param>
/// <param name="Source">The layer it comes from.</param>
/// <param name="Origin">The file with its line, the variable or the parameter; null for a default.</param>
/// <param name="Default">The value that holds when nobody sets one.</param>
/// <param name="Description">What the setting does.</param>
public sealed record ConfigurationValue(
    string Key,
    object? Value,
    ConfigurationSource Source,
    string? Origin,
    object? Default,
    string Description)
{
    /// <summary>The value as it is written in a file: <c>15s</c>, <c>1GB</c>; empty when unset.</summary>
    public required string Text { get; init; }

    /// <summary>What kind of value it is: <c>duration</c>, <c>size</c>, <c>path</c>, <c>backend</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The environment variable that sets it.</summary>
    public required string Variable { get; init; }
}
