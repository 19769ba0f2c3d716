namespace GpuOps.Configuration;

/// <summary>A named backend: a URI and its options. Never a password.</summary>
public sealed record GpuBackend
{
    /// <summary>The name; upper and lower case are the same.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is; never with a password.</summary>
    public required string Uri { get; init; }

    /// <summary>The URI's scheme, which says what provides it: <c>sqlite</c>, <c>redis</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>Whether commands use it when they name none.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The layer that defines it.</summary>
    public ConfigurationSource Source { get; init; }

    /// <summary>The file with its line; null for a built-in one.</summary>
    public string? Origin { get; init; }

    /// <summary>The environment variable its password is read from; null when it takes none.</summary>
    public string? PasswordVariable { get; init; }

    /// <summary>Whether that variable is set.</summary>
    public bool HasPassword { get; init; }

    /// <summary>Its other options, by their path in the YAML file.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}
