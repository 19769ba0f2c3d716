using GpuOps.Processes;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>What all starts of a supervisor share.</summary>
/// <param name="Files">Its files.</param>
/// <param name="Instance">What tells its jobs' processes from those of others.</param>
/// <param name="Children">Waits for the processes.</param>
/// <param name="Looks">Looks at the processes.</param>
/// <param name="Reservations">Keeps the jobs' GPUs.</param>
/// <param name="Log">Told what nobody else is told; never secrets.</param>
/// <param name="Time">The clock.</param>
internal sealed record SupervisorContext(
    SupervisorFiles Files,
    string Instance,
    ChildReaper Children,
    LookSharing Looks,
    RunReservations Reservations,
    Action<string> Log,
    TimeProvider Time);
