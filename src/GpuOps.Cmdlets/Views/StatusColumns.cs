using System.Globalization;
using System.Management.Automation;
using GpuOps.Pools;

namespace GpuOps.Cmdlets.Views;

/// <summary>The columns of <see cref="GpuStatus"/> and <see cref="GpuReservation"/> that are more than a property.</summary>
public static class StatusColumns
{
    /// <summary>The state; how much is held where that is a part.</summary>
    /// <param name="status">The GPU.</param>
    public static string State(GpuStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return status is { State: GpuState.Reserved, Share: > 0 and < 1 } ? $"{status.State} {Brief.Percent(status.Share)}" : status.State.ToString();
    }

    /// <summary>
    /// Who has the GPU: a name, so that it can be grouped by and compared; several names as a list, of which
    /// <c>Where-Object User -eq</c> finds each; empty when nobody has it.
    /// </summary>
    /// <param name="status">The GPU.</param>
    public static object User(PSObject status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return status.BaseObject is not GpuStatus { Users: { Count: > 0 } users } ? ""
            : users.Count == 1 ? users[0]
            : users;
    }

    /// <summary>When a timed reservation ends. The end of another one only says when its next heartbeat is due at the latest.</summary>
    /// <param name="status">The GPU.</param>
    public static string Ends(GpuStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return status.Kind == ReservationKind.Timed ? Brief.Until(status.Expires) : "";
    }

    /// <summary>The reservation's id, and how many more there are.</summary>
    /// <param name="status">The GPU.</param>
    public static string Reservation(GpuStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return status.Reservations.Count > 1
            ? string.Create(CultureInfo.InvariantCulture, $"{status.ReservationId} +{status.Reservations.Count - 1}")
            : status.ReservationId ?? "";
    }

    /// <summary>The GPUs of a reservation, and the part of one: <c>0,2</c> or <c>1 50%</c>.</summary>
    /// <param name="reservation">The reservation.</param>
    public static string Gpus(GpuReservation reservation)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        var ids = string.Join(',', reservation.GpuId);
        return reservation.Share < 1 ? $"{ids} {Brief.Percent(reservation.Share)}" : ids;
    }
}
