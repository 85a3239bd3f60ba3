"""The inside of a car: modelled from some measures and rendered by Blender's path tracer.

A workshop tool like ``photography.py``, not part of serving pages: it needs ``bpy``, Blender as a module,
which weighs a gigabyte and so is no dependency (``render_cabins`` says how to bring it).
A cabin is light that came in by the windows and was scattered by everything in it, which a picture without scattering never shows;
so it is not drawn by the studio of ``static/js/car``. No model files, no textures but the screens, which are drawn here.

Axes in metres: x to the right, y forwards, z up, from the floor between the hips of those who sit in front.
"""
