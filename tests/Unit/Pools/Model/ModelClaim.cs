using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Model;

/// <summary>A request the model knows: in line, or granted while <see cref="Grant"/> is set.</summary>
internal sealed class ModelClaim(ReservationRequest request, long place, DateTimeOffset now)
{
    public ReservationRequest Request { get; } = request;

    public string Id => Request.Id;

    public long Place { get; } = place;

    public DateTimeOffset Since { get; } = now;

    public DateTimeOffset LastHeartbeat { get; set; } = now;

    public ModelGrant? Grant { get; set; }

    public bool IsTimed => Request.Kind == ReservationKind.Timed;

    /// <summary>When a timed grant ends, once its client was told of it.</summary>
    public DateTimeOffset? End { get; set; }

    /// <summary>When it is given up unless a heartbeat comes before.</summary>
    public DateTimeOffset Expires => End ?? LastHeartbeat + Request.Lease;
}
