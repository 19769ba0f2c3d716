namespace GpuOps.Pools.Rules;

/// <summary>What one step changed, for the store to write and for the waiting clients to be told.</summary>
internal sealed class LedgerChanges
{
    public HashSet<LedgerClaim> Added { get; } = [];

    public HashSet<LedgerClaim> Updated { get; } = [];

    public HashSet<LedgerClaim> Removed { get; } = [];

    /// <summary>GPUs that are described differently, or went out of service or came back.</summary>
    public HashSet<LedgerGpu> Gpus { get; } = [];

    /// <summary>GPUs that were given back, or on which a client saw something.</summary>
    public HashSet<LedgerGpu> Use { get; } = [];

    public List<(string User, int Gpu, long Returned)> LastUse { get; } = [];

    public List<(LedgerClaim Claim, long End)> Ended { get; } = [];

    /// <summary>The ids of waiting requests that were granted or refused.</summary>
    public List<string> Rung { get; } = [];

    public void Add(LedgerClaim claim) => Added.Add(claim);

    public void Update(LedgerClaim claim)
    {
        if (!Added.Contains(claim))
        {
            Updated.Add(claim);
        }
    }

    public void Remove(LedgerClaim claim)
    {
        Updated.Remove(claim);
        if (!Added.Remove(claim))
        {
            Removed.Add(claim);
        }
    }
}
