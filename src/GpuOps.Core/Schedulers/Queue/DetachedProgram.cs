using System.Collections;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using GpuOps.Errors;
using GpuOps.Probes;
using GpuOps.Processes;
using GpuOps.Schedulers.Queue.Running;

namespace GpuOps.Schedulers.Queue;

/// <summary>A program that is to outlive who starts it: it has a session of its own, and its log as output.</summary>
/// <param name="command">The program and its arguments.</param>
/// <param name="folder">The folder it runs in.</param>
/// <param name="log">The file its output is added to.</param>
internal sealed class DetachedProgram(IReadOnlyList<string> command, string folder, string log)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5), FirstPause = TimeSpan.FromMilliseconds(100), LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Runs a program that starts another one detached and then ends, so that it is nobody's child here.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What it complained of; empty when it did not.</returns>
    public static async Task<string> CallAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var complaint = await process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return complaint.Trim();
        }
        catch (Win32Exception fault)
        {
            return fault.Message;
        }
    }

    /// <summary>Starts it, and waits until it answers.</summary>
    /// <param name="answers">Whether it, or another of its kind, answers.</param>
    /// <param name="alreadyRuns">The exit code by which it says that there is another of its kind, which is just about to answer, or to end.</param>
    /// <param name="errorId">The id of the error.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuOpsException">It could not be started, or ended at once.</exception>
    public async Task StartAsync(Func<CancellationToken, Task<bool>> answers, int alreadyRuns, string errorId, CancellationToken cancellationToken)
    {
        var end = Spawn(errorId);
        var pause = FirstPause;
        while (true)
        {
            // Asked before: it may have answered, and ended, in between.
            var hasEnded = end.IsCompleted;
            if (await answers(cancellationToken))
                return;
            if (hasEnded && await end is var how)
            {
                if (how.ExitCode == alreadyRuns)
                {
                    // That one may never answer: it may be about to end.
                    await Task.Delay(pause, cancellationToken);
                    pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                    if (!await answers(cancellationToken))
                        end = Spawn(errorId);
                    continue;
                }

                throw new GpuOpsException(errorId, GpuOpsErrorKind.Unreachable,
                    $"It ended with {(how.ExitCode is { } code ? $"exit code {code}" : $"signal {how.Signal}")}: {LastLine()}", log);
            }

            await Task.Delay(Look, cancellationToken);
        }
    }

    private Task<ChildEnd> Spawn(string errorId)
    {
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(static it => (string)it.Key, static it => (string?)it.Value ?? "");
        // It is no part of a job or command that may be starting it, and does not end with that.
        variables.Remove(RunProcesses.MarkerVariable);
        variables.Remove(VisibleDevices.ReservationIdVariable);
        // It lies idle for days: memory counts more than few collections, and nobody debugs it. Only variables say so.
        variables["DOTNET_GCgen0size"] = "0x200000";
        variables["DOTNET_EnableDiagnostics"] = "0";
        using var input = LogFile.Nothing();
        using var output = LogFile.AppendTo(log);
        var start = new ProcessStart(command[0], command, variables, folder, input, output, output);
        var error = 0;
        return ChildReaper.Begin().Start(() => (error = ProcessSpawn.Start(start, out var process)) == 0 ? process : 0)?.End
            ?? throw new GpuOpsException(errorId, GpuOpsErrorKind.Unreachable, $"'{command[0]}' cannot be started: {Marshal.GetPInvokeErrorMessage(error)}", command[0]);
    }

    private string LastLine()
    {
        var line = File.ReadLines(log).LastOrDefault(static line => line.Length > 0);
        return line is null ? $"it said nothing to '{log}'." : $"{line} ({log})";
    }
}
