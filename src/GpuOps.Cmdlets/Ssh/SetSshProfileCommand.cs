using System.Management.Automation;
using GpuOps.Channels;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Configuration;
using GpuOps.Errors;

namespace GpuOps.Cmdlets.Ssh;

/// <summary>Changes what an SSH profile says; what is not given stays.</summary>
[Cmdlet(VerbsCommon.Set, "SshProfile", SupportsShouldProcess = true)]
[OutputType(typeof(SshProfile))]
public sealed class SetSshProfileCommand : EditSshProfileCmdlet
{
    private HashSet<string> _given = [];

    /// <summary>The profiles.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SshProfileCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>The host: a name, an address, or the name of a Host section of <c>~/.ssh/config</c>.</summary>
    [Parameter(Position = 1)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(SshHostCompleter))]
    [ValidateNotNullOrEmpty]
    public override string? HostName { get; set; }

    /// <summary>What to take out, so that <c>~/.ssh/config</c> or the default holds again.</summary>
    [Parameter]
    [ValidateSet(nameof(User), nameof(Port), nameof(KeyPath), nameof(JumpHost), nameof(KeepAlive), nameof(EnvironmentVariable), nameof(Description), nameof(Transport))]
    public string[] Clear { get; set; } = [];

    /// <summary>A profile on the pipeline brings all its values; only what is written behind the command is a change.</summary>
    protected override void Begin() => _given = [.. MyInvocation.BoundParameters.Keys];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var name in Name)
        {
            try
            {
                Set(name);
            }
            catch (GpuOpsException fault) when (fault.Kind == GpuOpsErrorKind.NotFound)
            {
                WriteFault(fault, name);
            }
        }
    }

    private void Set(string name)
    {
        var change = Change(_given.Contains, Clear);
        string[] done = [.. change.Values.Keys, .. change.EnvironmentVariables is null ? (string[])[] : ["environment"], .. Default ? (string[])["default"] : []];
        if (done.Length == 0 || !ShouldProcess(Store().FileOf(Scope), $"change {string.Join(", ", done)} of the SSH profile '{name}'"))
        {
            return;
        }

        // Which profile is the default may be said in another file than what it is.
        var isDefaultOnly = change is { Values.Count: 0, EnvironmentVariables: null }
            && ConfiguredBackend.Load(this).SshProfiles.Any(profile => profile.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        Run(token => isDefaultOnly ? Store().SetAsync("ssh.profile", name, Scope, token) : Profiles().SetAsync(name, change, Scope, token));
        Show(name);
    }
}
