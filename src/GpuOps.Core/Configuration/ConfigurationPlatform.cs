namespace GpuOps.Configuration;

/// <summary>Whose conventions for folders hold.</summary>
public enum ConfigurationPlatform
{
    /// <summary>XDG folders below the home folder, and /etc.</summary>
    Linux,

    /// <summary>~/Library/Application Support.</summary>
    MacOS,

    /// <summary>%APPDATA%, %LOCALAPPDATA% and %ProgramData%.</summary>
    Windows,
}
