using System.Management.Automation;
using GpuOps.Channels;
using GpuOps.Channels.Ssh;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Configuration;
using GpuOps.Cmdlets.Module;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Errors;

namespace GpuOps.Cmdlets.Ssh;

/// <summary>Tries the way to a host step by step and says which step fails and why.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SshProfile")]
[OutputType(typeof(SshCheck), typeof(bool))]
public sealed class TestSshProfileCommand : GpuOpsCmdlet
{
    /// <summary>A profile, or a host as ssh finds it; the default profile when left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SshNameCompleter))]
    public string[] Name { get; set; } = [""];

    /// <summary>Only says whether every step worked.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var context = ConfiguredBackend.Load(this).Context(EngineState.Current.Questioner.Dialog);
        foreach (var name in Name)
        {
            try
            {
                Test(new SshTrial(context.Ssh.Find(name), context.Dialog, context.Time));
            }
            catch (GpuOpsException fault)
            {
                WriteFault(fault, name);
            }
        }
    }

    private void Test(SshTrial trial)
    {
        var succeeded = Run((post, token) => trial.RunAsync(
            check =>
            {
                if (!Quiet)
                {
                    post(cmdlet => cmdlet.WriteObject(check));
                }
            },
            token));
        if (Quiet)
        {
            WriteObject(succeeded);
        }
    }
}
