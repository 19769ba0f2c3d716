using System.Collections;
using System.Runtime.InteropServices;
using GpuOps.Errors;
using GpuOps.Processes;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>Starts a supervisor in a session of its own, with its log as output, and waits until it answers.</summary>
public static class SupervisorDetaching
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <summary>Starts it; nothing happens where one runs already.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="options">What it is started with.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuOpsException"><c>SupervisorNotStarted</c>, <c>StateFolderUnusable</c>.</exception>
    public static async Task StartAsync(IReadOnlyList<string> command, SupervisorOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(options);
        var files = new SupervisorFiles(options.Folder);
        files.Prepare();
        var supervisor = Spawn(command, files);
        while (true)
        {
            // Asked before: it may have answered, and ended, in between.
            var hasEnded = supervisor.IsCompleted;
            await using var client = await JobSupervisorClient.FindAsync(options.Folder, cancellationToken);
            if (client is not null)
            {
                return;
            }

            // One that has the folder already is just about to listen.
            if (hasEnded && await supervisor is var end && end.ExitCode != SupervisorExit.AlreadyRuns)
            {
                throw new GpuOpsException("SupervisorNotStarted", GpuOpsErrorKind.Unreachable,
                    $"It ended with {(end.ExitCode is { } code ? $"exit code {code}" : $"signal {end.Signal}")}; {files.Log} says why.", files.Log);
            }

            await Task.Delay(Look, cancellationToken);
        }
    }

    private static Task<ChildEnd> Spawn(IReadOnlyList<string> command, SupervisorFiles files)
    {
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(static it => (string)it.Key, static it => (string?)it.Value ?? "");
        // It lies idle for days: memory counts more than few collections, and nobody debugs it. Only variables say so.
        variables["DOTNET_GCgen0size"] = "0x200000";
        variables["DOTNET_EnableDiagnostics"] = "0";
        using var input = LogFile.Nothing();
        using var log = LogFile.AppendTo(files.Log);
        var start = new ProcessStart(command[0], command, variables, files.Folder, input, log, log);
        var error = 0;
        return ChildReaper.Begin().Start(() => (error = ProcessSpawn.Start(start, out var process)) == 0 ? process : 0)?.End
            ?? throw new GpuOpsException("SupervisorNotStarted", GpuOpsErrorKind.Unreachable,
                $"'{command[0]}' cannot be started: {Marshal.GetPInvokeErrorMessage(error)}", command[0]);
    }
}
