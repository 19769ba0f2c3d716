using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Histories;

/// <summary>One thing that happens in a history. Picks are numbers that each side turns into ids it knows.</summary>
internal abstract record PoolStep
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The host it surely touches; null when that hangs on what is picked.</summary>
    public virtual string? TouchedHost() => null;

    /// <summary>Lets it happen; returns the answer as text.</summary>
    public abstract Task<string> RunAsync(HistorySide side);

    public sealed record Ask(ReservationRequest Wanted) : PoolStep
    {
        public override string TouchedHost() => Wanted.Host;

        public override async Task<string> RunAsync(HistorySide side)
        {
            var request = Wanted with { Id = side.NewId() + (Wanted.Kind == ReservationKind.Timed ? "t" : "") };
            side.Remember(request);
            return $"{request.Id}: {side.Remember(await side.Pool.RequestAsync(request, Token))}";
        }
    }

    public sealed record AskAgain(int Pick, bool Wait, GpuObservation? Observation) : PoolStep
    {
        public override async Task<string> RunAsync(HistorySide side) => side.Request(Pick) is { } request
            ? side.Remember(await side.Pool.RequestAsync(request with { Wait = Wait, Observation = Observation }, Token)) : "";
    }

    public sealed record Check(int Pick, GpuObservation? Observation) : PoolStep
    {
        public override async Task<string> RunAsync(HistorySide side) => side.Request(Pick) is { } request
            ? side.Remember(await side.Pool.CheckAsync(request.Host, request.Id, Observation, Token)) : "";
    }

    public sealed record Decline(int Pick, GpuObservation Observation) : PoolStep
    {
        public override async Task<string> RunAsync(HistorySide side) => side.Grant(Pick) is { } grant
            ? side.Remember(await side.Pool.DeclineAsync(grant, Observation, Token)) : "";
    }

    public sealed record Release(int Pick) : PoolStep
    {
        public override async Task<string> RunAsync(HistorySide side) => side.Request(Pick) is { } request
            ? $"{await side.Pool.ReleaseAsync(request.Host, request.Id, Token)}" : "";
    }

    public sealed record Beat(IReadOnlyList<int> Picks) : PoolStep
    {
        public override async Task<string> RunAsync(HistorySide side)
        {
            var claims = Picks.Select(side.Request).OfType<ReservationRequest>().Select(request => (request.Host, request.Id)).Distinct();
            return $"lost {string.Join(' ', (await side.Pool.BeatAsync([.. claims], Token)).Lost.Order())}";
        }
    }

    public sealed record Reclaim(IReadOnlyList<int> Picks, bool OtherProcess) : PoolStep
    {
        public override async Task<string> RunAsync(HistorySide side)
        {
            var dead = Picks.Select(side.Request).OfType<ReservationRequest>().Where(request => request.Holder is not null).DistinctBy(request => request.Id)
                .Select(request => new Claim(request.Id, request.Host, request.Holder! with { ProcessId = request.Holder.ProcessId + (OtherProcess ? 7 : 0) }));
            return $"{await side.Pool.ReclaimAsync([.. dead], Token)}";
        }
    }

    public sealed record Service(string Host, IReadOnlyList<int> Gpus, bool Out) : PoolStep
    {
        public override string TouchedHost() => Host;

        public override async Task<string> RunAsync(HistorySide side) =>
            string.Join(',', (await side.Pool.SetServiceAsync(Host, Gpus, Out ? "hot" : null, "root", Token)).Order());
    }

    public sealed record Initialize(PoolLayout Layout, bool Force, bool DryRun) : PoolStep
    {
        public override async Task<string> RunAsync(HistorySide side) =>
            side.Text.Of(await side.Pool.InitializeAsync(Layout, Force, DryRun, Token));
    }

    /// <summary>Time passes, or is set back where negative; both sides have the same clock.</summary>
    public sealed record Pass(TimeSpan Time) : PoolStep
    {
        public override Task<string> RunAsync(HistorySide side) => Task.FromResult("");
    }
}
