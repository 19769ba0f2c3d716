using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Histories;

/// <summary>One of the two that go through a history: the store or the model, with what its clients remember.</summary>
internal sealed class HistorySide(IReadOnlyList<IGpuPool> clients, bool showTimes)
{
    private readonly List<ReservationRequest> _requests = [];
    private readonly List<GpuReservation> _grants = [];
    private int _turn;

    /// <summary>The clients take turns, so that nothing may hang on which of them acts.</summary>
    public IGpuPool Pool => clients[_turn++ % clients.Count];

    public Describe Text { get; } = new(showTimes);

    public string NewId() => $"r{_requests.Count}";

    public void Remember(ReservationRequest request) => _requests.Add(request);

    public string Remember(ReservationDecision decision)
    {
        if (decision.Reservation is { } grant)
            _grants.Add(grant);
        return Text.Of(decision);
    }

    /// <summary>One of the requests made so far, most likely a late one.</summary>
    public ReservationRequest? Request(int pick) => _requests.Count == 0 ? null : _requests[^(1 + (pick % Math.Min(_requests.Count, 12)))];

    public GpuReservation? Grant(int pick) => _grants.Count == 0 ? null : _grants[^(1 + (pick % Math.Min(_grants.Count, 6)))];
}
