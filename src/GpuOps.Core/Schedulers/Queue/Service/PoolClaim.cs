using GpuOps.Schedulers.Queue.Order;

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>A job's request to the pool, from asking to the answer.</summary>
/// <param name="wish">The job and what it asks for.</param>
/// <param name="id">The id of the request.</param>
/// <param name="start">The number of the start it is for.</param>
internal sealed class PoolClaim(GpuWish wish, string id, int start) : IDisposable
{
    /// <summary>The job and what it asks for.</summary>
    public GpuWish Wish { get; } = wish;

    /// <summary>The id of the request.</summary>
    public string Id { get; } = id;

    /// <summary>The number of the start it is for.</summary>
    public int Start { get; } = start;

    /// <summary>Whether it is known to stand in the pool's line: what is asked for after that stands behind it.</summary>
    public bool IsInLine { get; set; }

    /// <summary>Whether it is not wanted any more. Nothing is started with it then, whatever the pool answers.</summary>
    public bool IsWithdrawn { get; private set; }

    /// <summary>Cancelled when it is withdrawn.</summary>
    public CancellationTokenSource Withdrawal { get; } = new();

    /// <summary>Takes it back; it is gone only when the pool has forgotten it.</summary>
    public void Withdraw()
    {
        if (IsWithdrawn)
            return;
        IsWithdrawn = true;
        // Not here: what waits for it would go on before this returns.
        _ = Withdrawal.CancelAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!IsWithdrawn)
            Withdrawal.Dispose();
    }
}
