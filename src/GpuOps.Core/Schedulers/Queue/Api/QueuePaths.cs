namespace GpuOps.Schedulers.Queue.Api;

/// <summary>The paths of the API, for both of its ends.</summary>
public static class QueuePaths
{
    /// <summary>How long the body of a request may be, in bytes.</summary>
    public const int LargestRequest = 16 << 20;

    /// <summary>The service itself.</summary>
    public const string Server = "/v1/server";

    /// <summary>POST ends the service; <c>?jobs=true</c> the jobs too.</summary>
    public const string StopServer = "/v1/server/stop";

    /// <summary>The jobs: GET lists them, POST submits one.</summary>
    public const string Jobs = "/v1/jobs";

    /// <summary>A job: GET shows it, PATCH changes it, DELETE forgets it.</summary>
    public const string Job = "/v1/jobs/{id}";

    /// <summary>POST ends a job.</summary>
    public const string Stop = "/v1/jobs/{id}/stop";

    /// <summary>What a job wrote: <c>output</c> or <c>error</c>, from byte <c>?offset=</c> or the last <c>?tail=</c> lines on.</summary>
    public const string Log = "/v1/jobs/{id}/log/{stream}";

    /// <summary>The same as server-sent events, until the job is over.</summary>
    public const string FollowedLog = "/v1/jobs/{id}/log/{stream}/events";

    /// <summary>Jobs as server-sent events: each once as it is, then whenever it changes.</summary>
    public const string Events = "/v1/events";

    /// <summary>How well the service and its host are.</summary>
    public const string Health = "/v1/health";

    /// <summary>The host's GPUs.</summary>
    public const string Gpus = "/v1/gpus";

    /// <summary>POST takes a GPU out of service; <c>?reason=</c> says why.</summary>
    public const string DisableGpu = "/v1/gpus/{id:int}/disable";

    /// <summary>POST puts a GPU back into service.</summary>
    public const string EnableGpu = "/v1/gpus/{id:int}/enable";

    /// <summary>Figures for Prometheus.</summary>
    public const string Metrics = "/metrics";

    /// <summary>The type of an event that tells of a job which there is not, or not any more.</summary>
    public const string RemovedEvent = "removed";

    /// <summary>The type of an event that tells who watches all jobs that he read too slowly, and has to list them anew.</summary>
    public const string MissedEvent = "missed";

    /// <summary>The path of one job.</summary>
    /// <param name="path">One of the paths above.</param>
    /// <param name="id">The job's id.</param>
    /// <param name="stream">The stream of its log.</param>
    public static string For(string path, string id, string stream = "")
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Replace("{id}", Uri.EscapeDataString(id), StringComparison.Ordinal).Replace("{stream}", stream, StringComparison.Ordinal);
    }
}
