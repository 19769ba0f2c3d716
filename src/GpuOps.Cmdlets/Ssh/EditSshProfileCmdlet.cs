using System.Collections;
using System.Globalization;
using System.Management.Automation;
using GpuOps.Channels;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Configuration;
using GpuOps.Configuration;
using GpuOps.Values;

namespace GpuOps.Cmdlets.Ssh;

/// <summary>A cmdlet that writes an SSH profile.</summary>
public abstract class EditSshProfileCmdlet : ScopedCommand
{
    /// <summary>The host: a name, an address, or the name of a Host section of <c>~/.ssh/config</c>.</summary>
    public abstract string? HostName { get; set; }

    /// <summary>The account there.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? User { get; set; }

    /// <summary>The port, 1 to 65535.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int? Port { get; set; }

    /// <summary>The file of the key to log in with, or several; no other key is then offered.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Key", "IdentityFile")]
    public string[] KeyPath { get; set; } = [];

    /// <summary>The hosts on the way, the nearest first, each <c>[user@]host[:port]</c>.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SshHostCompleter))]
    public string[] JumpHost { get; set; } = [];

    /// <summary>How often the host is asked for a sign of life while a command runs.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? KeepAlive { get; set; }

    /// <summary>Variables that every command on the host gets. They are written to the file: nothing secret belongs here.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public IDictionary? EnvironmentVariable { get; set; }

    /// <summary>What the profile is for.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Description { get; set; }

    /// <summary>What carries the connection: SshNet, which needs nothing, or OpenSsh, the installed ssh.</summary>
    /// <value>SshNet</value>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SshTransport Transport { get; set; }

    /// <summary>Makes it the profile that is meant where a host is needed and none is named.</summary>
    [Parameter]
    public SwitchParameter Default { get; set; }

    /// <summary>Returns the profile.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What is to be written.</summary>
    /// <param name="isGiven">Whether a parameter counts.</param>
    /// <param name="cleared">Parameters whose value is taken out.</param>
    private protected SshProfileChange Change(Func<string, bool> isGiven, params IReadOnlyCollection<string> cleared)
    {
        bool IsCleared(string parameter) => !isGiven(parameter) && cleared.Contains(parameter, StringComparer.OrdinalIgnoreCase);
        (string Parameter, string Key, string?[] Values)[] all =
        [
            (nameof(HostName), "host", [HostName]),
            (nameof(User), "user", [User]),
            (nameof(Port), "port", [Port?.ToString(CultureInfo.InvariantCulture)]),
            (nameof(KeyPath), "key", KeyPath),
            (nameof(JumpHost), "jumpHosts", JumpHost),
            (nameof(KeepAlive), "keepAlive", [KeepAlive is { } interval ? Duration.Format(interval) : null]),
            (nameof(Description), "description", [Description]),
            (nameof(Transport), "transport", [Transport.ToString()]),
        ];
        return new SshProfileChange
        {
            Values = all.Where(row => isGiven(row.Parameter) || IsCleared(row.Parameter)).ToDictionary(
                static row => row.Key,
                IReadOnlyList<string> (row) => IsCleared(row.Parameter) ? [] : [.. row.Values.OfType<string>().Where(static value => value.Length > 0)]),
            EnvironmentVariables = isGiven(nameof(EnvironmentVariable)) ? Variables() : IsCleared(nameof(EnvironmentVariable)) ? new Dictionary<string, string>() : null,
            IsDefault = Default,
        };
    }

    private protected void Show(string name)
    {
        if (PassThru)
        {
            WriteObject(ConfiguredBackend.Load(this).SshProfiles.Where(profile => profile.Name.Equals(name, StringComparison.OrdinalIgnoreCase)), enumerateCollection: true);
        }
    }

    private Dictionary<string, string> Variables()
    {
        Dictionary<string, string> variables = [];
        foreach (DictionaryEntry pair in EnvironmentVariable ?? new Hashtable())
        {
            variables[pair.Key.ToString() ?? ""] = LanguagePrimitives.ConvertTo<string>(pair.Value) ?? "";
        }

        return variables;
    }
}
