using GpuOps.Errors;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>Starts a supervisor that outlives who does it, and waits until it answers.</summary>
public static class SupervisorDetaching
{
    /// <summary>Starts it; nothing happens where one runs already.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="options">What it is started with.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuOpsException"><c>SupervisorNotStarted</c>, <c>StateFolderUnusable</c>.</exception>
    public static Task StartAsync(IReadOnlyList<string> command, SupervisorOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(options);
        var files = new SupervisorFiles(options.Folder);
        files.Prepare();
        return new DetachedProgram(command, files.Folder, files.Log).StartAsync(AnswersAsync, ServerExit.AlreadyRuns, "SupervisorNotStarted", cancellationToken);

        async Task<bool> AnswersAsync(CancellationToken token)
        {
            await using var client = await JobSupervisorClient.FindAsync(options.Folder, token);
            return client is not null;
        }
    }
}
