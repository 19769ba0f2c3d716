using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Configuration;
using GpuOps.Errors;

namespace GpuOps.Cmdlets.Ssh;

/// <summary>Removes SSH profiles. The hosts are not touched.</summary>
[Cmdlet(VerbsCommon.Remove, "SshProfile", SupportsShouldProcess = true)]
public sealed class RemoveSshProfileCommand : ScopedCommand
{
    /// <summary>The names.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SshProfileCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>Removes one although it is the default, or a backend uses it.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (var name in Name)
        {
            if (ShouldProcess(Store().FileOf(Scope), $"remove the SSH profile '{name}'"))
            {
                Remove(name);
            }
        }
    }

    private void Remove(string name)
    {
        try
        {
            Run(token => Profiles().RemoveAsync(name, Scope, Force, token));
        }
        catch (GpuOpsException fault) when (fault.Id is "UnknownSshProfile" or "SshProfileInUse")
        {
            WriteFault(fault, name);
        }
    }
}
