// OHIF on one origin with an archive: the films, segmentations and reports of /dicom-web.

// OHIF 3.13.2 places a segmentation by its position in patient space, and stops at one without. A film is a projection:
// it has no such position, and DICOM aligns its segmentation pixel by pixel. For films OHIF itself assumes the axes
// below. This extension assumes the same for segmentations of films, in the browser's memory only: the archive's
// objects stay as they are.
const AXES_OF_FILMS = [1, 0, 0, 0, 1, 0];

const firstOf = sequence => (Array.isArray(sequence) ? sequence[0] : sequence) ?? {};

function alignWithFilm(segmentation) {
  const shared = firstOf(segmentation.SharedFunctionalGroupsSequence);
  const frame = firstOf(segmentation.PerFrameFunctionalGroupsSequence);
  if (shared.PlaneOrientationSequence || frame.PlaneOrientationSequence) return;
  segmentation.SharedFunctionalGroupsSequence = [
    { PixelMeasuresSequence: {}, ...shared, PlaneOrientationSequence: { ImageOrientationPatient: AXES_OF_FILMS } },
  ];
}

// A label map describes its background as segment 0; OHIF 3.13.2 looks up colours by place, so that each lung would
// have the colour of the segment before it.
function dropBackground(segmentation) {
  const segments = segmentation.SegmentSequence;
  if (Array.isArray(segments)) segmentation.SegmentSequence = segments.filter(({ SegmentNumber }) => SegmentNumber !== 0);
}

// A spacing of zero is none; OHIF would draw the film as a point.
function dropSpacingOfZero(film) {
  for (const name of ['PixelSpacing', 'ImagerPixelSpacing']) {
    if (film[name] && !film[name].every(millimetres => Number(millimetres) > 0)) delete film[name];
  }
}

// OHIF 3.13.2 draws the measurements of a report that have coordinates, and shows nothing of one that has none. As text
// it shows every report.
function showAsText(report) {
  const hasCoordinates = items =>
    [items ?? []].flat().some(item => item.ValueType?.startsWith('SCOORD') || hasCoordinates(item.ContentSequence));
  if (!hasCoordinates(report.instance.ContentSequence)) report.isImagingMeasurementReport = false;
}

const films = {
  id: 'chestxr.films',
  preRegistration({ servicesManager }) {
    const { displaySetService } = servicesManager.services;
    displaySetService.subscribe(displaySetService.EVENTS.DISPLAY_SETS_ADDED, ({ displaySetsAdded }) => {
      for (const displaySet of displaySetsAdded) {
        const { Modality, instance, instances = [] } = displaySet;
        if (Modality === 'SEG') {
          alignWithFilm(instance);
          dropBackground(instance);
        } else if (Modality === 'SR') {
          showAsText(displaySet);
        } else {
          instances.forEach(dropSpacingOfZero);
        }
      }
    });
  },
};

window.config = {
  routerBasename: '/',
  extensions: [films],
  modes: [],
  showStudyList: true,
  showErrorDetails: 'always',
  defaultDataSourceName: 'archive',
  dataSources: [
    {
      namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
      sourceName: 'archive',
      configuration: {
        friendlyName: 'Archive',
        name: 'archive',
        qidoRoot: '/dicom-web',
        wadoRoot: '/dicom-web',
        qidoSupportsIncludeField: false,
        supportsReject: false,
        supportsStow: false,
        supportsWildcard: true,
        imageRendering: 'wadors',
        thumbnailRendering: 'wadors',
        enableStudyLazyLoad: true,
        bulkDataURI: { enabled: true },
      },
    },
  ],
};
