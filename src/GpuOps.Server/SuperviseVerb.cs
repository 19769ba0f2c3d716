using System.Runtime.InteropServices;
using GpuOps.Schedulers.Queue;
using GpuOps.Schedulers.Queue.Running;

namespace GpuOps.Server;

/// <summary><c>gpuops-server supervise</c>: what the jobs' processes are children of.</summary>
internal static class SuperviseVerb
{
    /// <summary>Runs it.</summary>
    /// <param name="words">What follows the verb.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(string[] words) => ServerArguments.RunAsync(words, ["--folder", "--patience", "--detach"], async arguments =>
    {
        if (arguments.Folder is not { } folder)
            return Usage.Complain("--folder is missing.");
        var options = new SupervisorOptions(folder) { Patience = arguments.Patience };
        await (arguments.Detach
            ? SupervisorDetaching.StartAsync([Environment.ProcessPath!, .. options.Arguments], options, CancellationToken.None)
            : SuperviseAsync(options));
        return ServerExit.Success;
    });

    private static async Task SuperviseAsync(SupervisorOptions options)
    {
        using var host = SupervisorHost.Open(options, ServerLog.Write, TimeProvider.System);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        // A closed terminal is no reason to end jobs.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, static context => context.Cancel = true);
        ServerLog.Write($"Supervises the jobs of '{options.Folder}'.");
        await host.RunAsync();
        ServerLog.Write("Ends.");

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            _ = host.TryEnd();
        }
    }
}
