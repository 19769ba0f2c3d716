namespace GpuOps.Configuration;

/// <summary>
/// Everything that configuration takes from the world around: variables, folders, the host's name. The current folder
/// is handed in, because PowerShell's location is not the process's.
/// </summary>
public sealed record ConfigurationEnvironment
{
    /// <summary>The environment variables.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>The folder that <c>gpuops.yaml</c> and relative paths are looked up in; null reads no project file.</summary>
    public required string? CurrentFolder { get; init; }

    /// <summary>The folder of the user's <c>config.yaml</c>; null where there is no home.</summary>
    public required string? UserConfigFolder { get; init; }

    /// <summary>The folder of the machine's <c>config.yaml</c>.</summary>
    public required string? MachineConfigFolder { get; init; }

    /// <summary>Where the user's own stores live; null where there is no home.</summary>
    public required string? UserStateFolder { get; init; }

    /// <summary>Where the machine's shared store lives once an administrator has made the folder; null: nowhere.</summary>
    public string? MachineStateFolder { get; init; }

    /// <summary>The home folder, which <c>~/</c> at the start of a path stands for.</summary>
    public string? HomeFolder { get; init; }

    /// <summary>The host's name, part of a store's file name because homes are often shared between hosts.</summary>
    public required string HostName { get; init; }

    /// <summary>The project's file.</summary>
    public string? ProjectFile => CurrentFolder is null ? null : Path.Combine(CurrentFolder, "gpuops.yaml");

    /// <summary>The user's file.</summary>
    public string? UserFile => UserConfigFolder is null ? null : Path.Combine(UserConfigFolder, "config.yaml");

    /// <summary>The machine's file.</summary>
    public string? MachineFile => MachineConfigFolder is null ? null : Path.Combine(MachineConfigFolder, "config.yaml");

    /// <summary>The file of a layer; null for layers without one, or where there is no such folder.</summary>
    /// <param name="source">The layer.</param>
    public string? FileOf(ConfigurationSource source) => source switch
    {
        ConfigurationSource.Machine => MachineFile,
        ConfigurationSource.User => UserFile,
        ConfigurationSource.Project => ProjectFile,
        _ => null,
    };

    /// <summary>The variable's value, or null when it is not set or empty.</summary>
    /// <param name="name">The variable.</param>
    public string? Variable(string name) => Variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>Makes a path absolute; <c>~/</c> is the home folder.</summary>
    /// <param name="path">The path as written.</param>
    /// <param name="folder">The folder that a relative path is relative to.</param>
    public string ResolvePath(string path, string folder) =>
        HomeFolder is not null && (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
            ? Path.GetFullPath(Path.Combine(HomeFolder, path[1..].TrimStart('/')))
            : Path.GetFullPath(path, folder);

    /// <summary>What this process sees.</summary>
    /// <param name="currentFolder">The folder the user is in, absolute; null reads no project file.</param>
    public static ConfigurationEnvironment FromProcess(string? currentFolder)
    {
        var platform = OperatingSystem.IsWindows() ? ConfigurationPlatform.Windows
            : OperatingSystem.IsMacOS() ? ConfigurationPlatform.MacOS
            : ConfigurationPlatform.Linux;
        var variables = new Dictionary<string, string>(
            platform == ConfigurationPlatform.Windows ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";

        return For(platform, variables, currentFolder, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), Environment.MachineName);
    }

    /// <summary>The folders that a platform's conventions and the variables give.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="variables">The environment variables.</param>
    /// <param name="currentFolder">The folder the user is in, absolute; null reads no project file.</param>
    /// <param name="home">The home folder, or empty.</param>
    /// <param name="hostName">The host's name.</param>
    public static ConfigurationEnvironment For(
        ConfigurationPlatform platform, IReadOnlyDictionary<string, string> variables, string? currentFolder, string? home, string hostName)
    {
        ArgumentNullException.ThrowIfNull(variables);
        ArgumentNullException.ThrowIfNull(hostName);
        var (user, state, machine) = platform switch
        {
            ConfigurationPlatform.Windows => (Named("APPDATA"), Named("LOCALAPPDATA"), Named("ProgramData")),
            ConfigurationPlatform.MacOS => (Home("Library", "Application Support"), Home("Library", "Application Support"), "/Library/Application Support"),
            _ => (Named("XDG_CONFIG_HOME") ?? Home(".config"), Named("XDG_STATE_HOME") ?? Home(".local", "state"), "/etc"),
        };
        var stateOverride = Named("GPUOPS_STATE_HOME");
        return new ConfigurationEnvironment
        {
            Variables = variables,
            CurrentFolder = currentFolder,
            HomeFolder = string.IsNullOrEmpty(home) ? null : home,
            HostName = hostName,
            UserConfigFolder = Named("GPUOPS_CONFIG_HOME") ?? Below(user),
            UserStateFolder = stateOverride ?? Below(state),
            MachineConfigFolder = Below(machine),
            // Who names a state folder wants it used, also where the machine has one.
            MachineStateFolder = platform == ConfigurationPlatform.Linux && stateOverride is null ? "/var/lib/gpuops" : null,
        };

        // XDG says that a relative path is to be ignored.
        string? Named(string name) =>
            variables.TryGetValue(name, out var value) && (Path.IsPathFullyQualified(value) || IsWindowsPath(value)) ? value : null;
        bool IsWindowsPath(string value) => platform == ConfigurationPlatform.Windows && value.Length > 2 && value[1] == ':';
        string? Home(params string[] parts) => string.IsNullOrEmpty(home) ? null : Path.Combine([home, .. parts]);
        static string? Below(string? folder) => folder is null ? null : Path.Combine(folder, "gpuops");
    }
}
