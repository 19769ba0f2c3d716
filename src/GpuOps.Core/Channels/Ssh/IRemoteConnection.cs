namespace GpuOps.Channels.Ssh;

/// <summary>A connection that carries many commands. When any part of it breaks, it is broken for good.</summary>
internal interface IRemoteConnection : IAsyncDisposable
{
    /// <summary>True while commands can be sent.</summary>
    bool IsAlive { get; }

    /// <summary>Marks it as broken: whatever waits for an answer over it ends now.</summary>
    void Break();

    /// <summary>Starts the shell that waits for a command. However this fails, the command has not run.</summary>
    /// <exception cref="Errors.GpuOpsException">It would fail again.</exception>
    Task<IRemoteRun> StartAsync(RemoteScript script, CancellationToken cancellationToken);
}
