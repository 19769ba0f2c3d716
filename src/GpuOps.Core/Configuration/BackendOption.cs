namespace GpuOps.Configuration;

/// <summary>A key that a backend's entry in a file may have beside its <c>uri</c>.</summary>
/// <param name="Key">The path inside the entry; a dot stands for a nested map, a <c>*</c> at the end for any name.</param>
/// <param name="Type">How its value is read.</param>
/// <param name="Description">What it does, one sentence.</param>
public sealed record BackendOption(string Key, SettingType Type, string Description)
{
    /// <summary>Whether a project's file, which is not trusted, may set it.</summary>
    public bool AllowedInProject { get; init; } = true;

    /// <summary>Whether it is meant by a key.</summary>
    /// <param name="key">The path inside the entry.</param>
    public bool Matches(string key) => KeyReader.IsKnown(Key, key);
}
