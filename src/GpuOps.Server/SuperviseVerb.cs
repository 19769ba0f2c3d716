using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using GpuOps.Errors;
using GpuOps.Schedulers.Queue.Running;

namespace GpuOps.Server;

/// <summary><c>gpuops-server supervise</c>: what the jobs' processes are children of.</summary>
internal static class SuperviseVerb
{
    /// <summary>Runs it.</summary>
    /// <param name="arguments">What follows the verb.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        string? folder = null, pool = null;
        TimeSpan? patience = null;
        var detach = false;
        for (var rest = arguments.AsMemory(); !rest.IsEmpty;)
        {
            switch (rest.ToArray())
            {
                case ["--folder", var value, ..]:
                    (folder, rest) = (Path.GetFullPath(value), rest[2..]);
                    break;
                case ["--pool", var value, ..]:
                    (pool, rest) = (value, rest[2..]);
                    break;
                case ["--patience", var value, ..] when Values.Duration.TryParse(value, out var duration) && duration > TimeSpan.Zero:
                    (patience, rest) = (duration, rest[2..]);
                    break;
                case ["--detach", ..]:
                    (detach, rest) = (true, rest[1..]);
                    break;
                default:
                    return Usage.Complain($"'{rest.Span[0]}' is not understood, or lacks its value.");
            }
        }

        if (folder is null)
        {
            return Usage.Complain("--folder is missing.");
        }

        if (!OperatingSystem.IsLinux())
        {
            return Usage.Complain("jobs can be run on Linux only.");
        }

        var options = new SupervisorOptions(folder) { Pool = pool, Patience = patience };
        try
        {
            return detach ? await DetachAsync(options) : await SuperviseAsync(options);
        }
        catch (GpuOpsException fault)
        {
            Log(fault.Message);
            return fault.Id == "SupervisorRuns" ? SupervisorExit.AlreadyRuns : SupervisorExit.Failure;
        }
    }

    private static async Task<int> DetachAsync(SupervisorOptions options)
    {
        await SupervisorDetaching.StartAsync([Environment.ProcessPath!, .. options.Arguments], options, CancellationToken.None);
        return SupervisorExit.Success;
    }

    [SupportedOSPlatform("linux")]
    private static async Task<int> SuperviseAsync(SupervisorOptions options)
    {
        using var host = SupervisorHost.Open(options, Log, TimeProvider.System);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        // A closed terminal is no reason to end jobs.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, static context => context.Cancel = true);
        Log($"Supervises the jobs of '{options.Folder}'.");
        await host.RunAsync();
        Log("Ends.");
        return SupervisorExit.Success;

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            _ = host.TryEnd();
        }
    }

    private static void Log(string text) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z [{Environment.ProcessId}] {text}"));
}
