using System.Management.Automation;
using System.Management.Automation.Runspaces;
using GpuOps.Pools.Reservations;

namespace GpuOps.Cmdlets.Module;

/// <summary>
/// The one background runspace in which the heartbeats of a session run; <c>Get-Runspace</c> shows it by its name. It
/// is opened on its own thread, so that the reservation that starts it does not wait for it.
/// </summary>
internal sealed class HeartbeatRunspace : IDisposable
{
    public const string Name = "GpuOps heartbeat";

    private readonly CancellationTokenSource _stop = new();

    private HeartbeatRunspace()
    {
    }

    public static HeartbeatRunspace Start(HeartbeatLoop loop)
    {
        var heartbeat = new HeartbeatRunspace();
        new Thread(() => heartbeat.Live(loop)) { IsBackground = true, Name = Name }.Start();
        return heartbeat;
    }

    public void Dispose() => _stop.Cancel();

    private void Live(HeartbeatLoop loop)
    {
        var initial = InitialSessionState.Create();
        initial.LanguageMode = PSLanguageMode.FullLanguage;
        initial.ThreadOptions = PSThreadOptions.UseCurrentThread;
        using var runspace = RunspaceFactory.CreateRunspace(initial);
        runspace.Name = Name;
        runspace.Open();
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        Action beat = () => loop.RunAsync(_stop.Token).GetAwaiter().GetResult();
        shell.AddScript("param($beat) $beat.Invoke()").AddArgument(beat).Invoke();
    }
}
