using System.ComponentModel;
using System.Diagnostics;
using GpuOps.Errors;
using GpuOps.Probes;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>Finds the supervisor of a state folder, or starts one, which lives on when this process ends.</summary>
/// <param name="program">The path of <c>gpuops-server</c>.</param>
/// <param name="options">What it is started with.</param>
public sealed class SupervisorStarter(string program, SupervisorOptions options)
{
    /// <summary>Connects to the supervisor, and starts it where there is none.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuOpsException"><c>SupervisorNotStarted</c>, with what it said.</exception>
    public async Task<JobSupervisorClient> ConnectAsync(CancellationToken cancellationToken)
    {
        if (await JobSupervisorClient.FindAsync(options.Folder, cancellationToken) is { } running)
        {
            return running;
        }

        var complaint = await StartAsync(cancellationToken);
        return await JobSupervisorClient.FindAsync(options.Folder, cancellationToken)
            ?? throw new GpuOpsException("SupervisorNotStarted", GpuOpsErrorKind.Unreachable,
                $"The supervisor of jobs could not be started ({program} supervise): {complaint.Trim()}", options.Folder);
    }

    /// <summary>Runs the program that starts it and ends as soon as it answers, so that it is nobody's child here.</summary>
    /// <returns>What it complained of.</returns>
    private async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, ["supervise", "--detach", "--folder", options.Folder, .. options.Pool is { } pool ? new[] { "--pool", pool } : []])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        // It is no part of a job that may be starting it, and does not end with that.
        start.Environment.Remove(RunProcesses.MarkerVariable);
        start.Environment.Remove(VisibleDevices.ReservationIdVariable);
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var complaint = await process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return complaint;
        }
        catch (Win32Exception fault)
        {
            return fault.Message;
        }
    }
}
