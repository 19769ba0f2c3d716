namespace GpuOps.Pools;

/// <summary>Tells a waiting client that its request may stand differently now.</summary>
public interface IWaitSignal : IAsyncDisposable
{
    /// <summary>Returns when there is news, or after a while without; news since the last call is not missed.</summary>
    /// <param name="atMost">The safety net: how long to go without news.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken);
}
