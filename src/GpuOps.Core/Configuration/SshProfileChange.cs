namespace GpuOps.Configuration;

/// <summary>What is to be written to the entry of an SSH profile; what is not named stays.</summary>
public sealed record SshProfileChange
{
    /// <summary>Values by key, as they are written in a file; without any, the key is taken out.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Values { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The variables in place of those there are; empty takes all out, null leaves them.</summary>
    public IReadOnlyDictionary<string, string>? EnvironmentVariables { get; init; }

    /// <summary>Makes it the default profile.</summary>
    public bool IsDefault { get; init; }
}
