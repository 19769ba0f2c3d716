/* A library with NVML's binary interface and a made-up machine behind it:
 *   0  a whole GPU with 40 processes, the first of them the caller
 *   1  a GPU in MIG mode; of its three places the first and the last hold an instance
 *   2  a GPU that fell off the bus
 * Built with -DOLD it lacks what drivers before 510 lack. Signatures and layouts are those of NVIDIA's nvml.h. */
#include <string.h>
#include <unistd.h>

typedef int nvmlReturn_t;
typedef struct nvmlDevice_st *nvmlDevice_t;
typedef struct { unsigned long long total, free, used; } nvmlMemory_t;
typedef struct { unsigned int version; unsigned long long total, reserved, free, used; } nvmlMemory_v2_t;
typedef struct { unsigned int gpu, memory; } nvmlUtilization_t;
typedef struct {
    unsigned int pid;
    unsigned long long usedGpuMemory;
    unsigned int gpuInstanceId;
    unsigned int computeInstanceId;
} nvmlProcessInfo_t;

enum { SUCCESS = 0, UNINITIALIZED = 1, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7, LOST = 15, VERSION = 25 };

#define WHOLE ((nvmlDevice_t)0x1000)
#define DIVIDED ((nvmlDevice_t)0x7fff00002000)
#define FIRST ((nvmlDevice_t)0x7fff00003000)
#define LAST ((nvmlDevice_t)0x7fff00004000)
#define GB (1ull << 30)

static int initialized;

nvmlReturn_t nvmlInit_v2(void) { initialized = 1; return SUCCESS; }

nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int *count)
{
    if (!initialized) return UNINITIALIZED;
    *count = 3;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *device)
{
    if (index == 0) *device = WHOLE;
    if (index == 1) *device = DIVIDED;
    return index < 2 ? SUCCESS : LOST;
}

static nvmlReturn_t text(const char *from, char *to, unsigned int length)
{
    if (strlen(from) >= length) return INSUFFICIENT_SIZE;
    strcpy(to, from);
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char *uuid, unsigned int length)
{
    return text(
        device == WHOLE ? "GPU-00000000-0000-0000-0000-000000000001" : device == DIVIDED ? "GPU-00000000-0000-0000-0000-000000000002"
        : device == FIRST ? "MIG-00000000-0000-0000-0000-000000000003" : "MIG-00000000-0000-0000-0000-000000000004",
        uuid, length);
}

nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t device, char *name, unsigned int length)
{
    /* As long as the buffer allows. */
    return text(device == WHOLE ? "NVIDIA Stub 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 end" : "NVIDIA Stub MIG 1g.5gb",
        name, length);
}

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t *memory)
{
    memory->total = 80 * GB;
    memory->free = 78 * GB;
    memory->used = 2 * GB;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t *utilization)
{
    if (device != WHOLE) return NOT_SUPPORTED;
    utilization->gpu = 87;
    utilization->memory = 12;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t device, int sensor, unsigned int *temperature)
{
    if (sensor != 0 || (device != WHOLE && device != DIVIDED)) return INVALID_ARGUMENT;
    *temperature = device == WHOLE ? 61 : 42;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t device, unsigned int *milliwatts)
{
    *milliwatts = 312345;
    return SUCCESS;
}

static nvmlReturn_t processes(nvmlDevice_t device, unsigned int *count, nvmlProcessInfo_t *infos)
{
    unsigned int there = device == WHOLE ? 40 : device == FIRST ? 1 : 0, room = *count, i;
    *count = there;
    if (there > room) return INSUFFICIENT_SIZE;
    for (i = 0; i < there; i++) {
        infos[i].pid = device == WHOLE && i == 0 ? (unsigned int)getpid() : 4000000 + i;
        infos[i].usedGpuMemory = i == 39 ? ~0ull : (i + 1) * (5 * GB);
        infos[i].gpuInstanceId = infos[i].computeInstanceId = 0xffffffff;
    }
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v2(nvmlDevice_t device, unsigned int *count, nvmlProcessInfo_t *infos)
{
    return processes(device, count, infos);
}

nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t device, unsigned int *current, unsigned int *pending)
{
    if (device == WHOLE) return NOT_SUPPORTED;
    *current = 1;
    *pending = 0;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t device, unsigned int *count) { *count = 3; return SUCCESS; }

nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, unsigned int index, nvmlDevice_t *instance)
{
    if (device != DIVIDED || index == 1) return NOT_FOUND;
    *instance = index == 0 ? FIRST : LAST;
    return SUCCESS;
}

#ifndef OLD
nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t device, nvmlMemory_v2_t *memory)
{
    if (memory->version != (unsigned int)(sizeof(nvmlMemory_v2_t) | (2u << 24))) return VERSION;
    memory->total = device == WHOLE ? 80 * GB : 5 * GB;
    memory->reserved = GB / 2;
    memory->free = 7 * GB;
    memory->used = device == WHOLE ? 3 * GB : GB / 4;
    return SUCCESS;
}

nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_t device, unsigned int *count, nvmlProcessInfo_t *infos)
{
    return processes(device, count, infos);
}
#endif
