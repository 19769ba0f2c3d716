using System.Management.Automation;
using GpuOps.Channels;
using GpuOps.Cmdlets.Binding;

namespace GpuOps.Cmdlets.Ssh;

/// <summary>Writes down a way to a host over SSH under a name.</summary>
[Cmdlet(VerbsCommon.New, "SshProfile", SupportsShouldProcess = true)]
[OutputType(typeof(SshProfile))]
public sealed class NewSshProfileCommand : EditSshProfileCmdlet
{
    /// <summary>The name.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>The host: a name, an address, or the name of a Host section of <c>~/.ssh/config</c>.</summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Host")]
    [ArgumentCompleter(typeof(SshHostCompleter))]
    [ValidateNotNullOrEmpty]
    public override string? HostName { get; set; }

    /// <summary>Replaces a profile that has the name already.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var store = Profiles();
        if (ShouldProcess(Store().FileOf(Scope), $"add the SSH profile '{Name}' for {HostName}"))
        {
            Run(token => store.AddAsync(Name, Change(MyInvocation.BoundParameters.ContainsKey), Scope, Force, token));
            Show(Name);
        }
    }
}
