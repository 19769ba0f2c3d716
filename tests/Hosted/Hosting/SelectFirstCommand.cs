using System.Management.Automation;
using System.Reflection;

namespace GpuOps.Hosted.Hosting;

/// <summary>
/// What <c>Select-Object -First 1</c> does to the commands before it; the bare engine has no Select-Object, and the
/// exception that does it is not public.
/// </summary>
[Cmdlet(VerbsCommon.Select, "First")]
public sealed class SelectFirstCommand : PSCmdlet
{
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    protected override void ProcessRecord()
    {
        WriteObject(InputObject);
        var type = typeof(PSCmdlet).Assembly.GetType("System.Management.Automation.StopUpstreamCommandsException", throwOnError: true)!;
        throw (Exception)type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Single(it => it.GetParameters().Length == 1).Invoke([this]);
    }
}
