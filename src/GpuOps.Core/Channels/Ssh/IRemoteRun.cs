namespace GpuOps.Channels.Ssh;

/// <summary>One command over a connection, from its start to its end.</summary>
internal interface IRemoteRun : IDisposable
{
    /// <summary>Sends the command and waits for its end.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up; the command still runs, see <see cref="EndAsync"/>.</exception>
    /// <exception cref="Errors.GpuOpsException"><c>ChannelLost</c>, or it did not start.</exception>
    Task<CommandResult> FinishAsync(string host, CancellationToken cancellationToken);

    /// <summary>Ends the command where it runs.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    Task EndAsync(CancellationToken cancellationToken);
}
