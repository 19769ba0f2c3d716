namespace GpuOps.Configuration;

/// <summary>A backend that a command will talk to.</summary>
public sealed record BackendDefinition
{
    /// <summary>Its name, or the URI of one that has none.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is.</summary>
    public required BackendUri Uri { get; init; }

    /// <summary>The other keys of its entry, by their path; checked and in canonical form.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>The layer that defines it.</summary>
    public ConfigurationSource Source { get; init; }

    /// <summary>The file with its line, the variable or the parameter; null for a built-in one.</summary>
    public string? Origin { get; init; }

    /// <summary>The folder that relative paths in the URI are relative to.</summary>
    public required string Folder { get; init; }

    /// <summary>The environment variable of the password; null when the provider knows none.</summary>
    public string? PasswordVariable { get; init; }

    // Not public, so that it is neither printed with the record nor seen by who looks at its properties.
    internal string? Password { get; init; }

    /// <summary>The password from the environment, or null when none is set. Never put it into a message.</summary>
    public string? ReadPassword() => Password;

    /// <summary>An option's value, or null.</summary>
    /// <param name="key">The option's path.</param>
    public string? Option(string key) => Options.GetValueOrDefault(key);
}
